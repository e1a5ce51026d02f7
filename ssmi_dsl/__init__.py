"""The language of ssmi: method specs, their terms and what they mean. Never imports torch."""

from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Diagnostic, Severity
from ssmi_dsl.errors import SpecError, SsmiError
from ssmi_dsl.load import load
from ssmi_dsl.spec.method import Method
from ssmi_dsl.spec.method_spec import MethodSpec

__all__ = ["Diagnostic", "Method", "MethodSpec", "Severity", "SpecError", "SsmiError", "check", "load"]
