"""The compiler: method -> MI graph -> one traced training step -> certificate -> artifact."""

from ssmi_compiler.api import compile
from ssmi_compiler.errors import ArtifactError, CertificateError, CompileError
from ssmi_compiler.objective import Loss, Objective, objective

__all__ = ["ArtifactError", "CertificateError", "CompileError", "Loss", "Objective", "compile", "objective"]
