"""Whose classification a paradigm is.

arXiv 2510.01345 puts these methods into its paradigms itself, as its public reviews report; its full text was not available. Every other
classification is this project's. Only that claim is recorded here: nothing about a method is read from its name or citation.
"""

from ssmi_dsl.spec.method import Method
from ssmi_dsl.terms.reading import Origin

# citation -> the paradigm that the paper gives the cited method
REPORTED = {
    "arXiv:2510.01345": ("sdmi", "jmi"),
    "arXiv:2006.07733": ("sdmi",),
    "arXiv:2011.10566": ("sdmi",),
    "arXiv:1911.05722": ("sdmi",),
    "arXiv:2003.04297": ("sdmi",),
    "arXiv:2002.05709": ("jmi",),
    "arXiv:2103.03230": ("jmi",),
    "arXiv:2105.04906": ("jmi",),
}


def origin_of_paradigm(method: Method) -> Origin:
    """REPORTED where the cited method is in this paradigm by the paper's own account, else PROJECT."""
    return Origin.REPORTED if method.paradigm in REPORTED.get(method.spec.paper or "", ()) else Origin.PROJECT
