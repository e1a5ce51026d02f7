"""How the partner of an anchor is found, one file each."""
