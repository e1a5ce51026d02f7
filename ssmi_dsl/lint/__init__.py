"""What surrounds the rules in `ssmi lint`: projects and their settings, inputs, baselines, the cache, suppressions that are written."""
