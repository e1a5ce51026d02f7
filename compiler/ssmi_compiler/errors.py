"""Exceptions of the compiler.

SsmiError
├── CompileError              a spec cannot be compiled
│   ├── VerifyError           the compiler's own fault: a pass broke the MI graph
│   ├── CertificateError      the traced step contradicts the paradigm that the spec declares
│   └── MissingComponentError a component needs a package that is not installed
└── ArtifactError             an artifact is missing, corrupted, or was made for another machine
"""

from ssmi_dsl.errors import SsmiError


class CompileError(SsmiError):
    """A spec cannot be compiled."""


class VerifyError(CompileError):
    """A pass broke the MI graph."""


class CertificateError(CompileError):
    """The traced step contradicts the spec."""


class MissingComponentError(CompileError):
    """A component needs a package that is not installed."""


class ArtifactError(SsmiError):
    """An artifact cannot be used."""
