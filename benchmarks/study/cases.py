"""What a transcribed defect is, and the ways to try one: a spec is linted, a fault is planted in the step of a bundled method, a fact is computed."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from ssmi_compiler.errors import CertificateError
from ssmi_compiler.step.certificate import certify
from ssmi_dsl.bundled import specs_folder
from ssmi_dsl.check import check
from ssmi_dsl.diagnostics import Severity
from ssmi_dsl.document import read_document
from ssmi_dsl.spec.method import Method
from study import simulate
from study.plain import flattened, understood
from study.shrink import shrunk

How = Literal["spec", "planted", "impossible", "none"]
CaughtBy = Literal["lint", "certificate", "trace", "construction", "nothing"]


@dataclass(frozen=True)
class Caught:
    """What noticed a case; `evidence` is a code with its message, the words of the certificate, or the fact that was computed."""

    by: CaughtBy
    evidence: str


@dataclass(frozen=True)
class Case:
    """A defect in general words, with its number in the audit of peers, the peer, and how it was transcribed."""

    number: str
    peer: str
    defect: str
    how: How
    transcription: str
    run: Callable[[], Caught]


def of_spec(text: str, *codes: str) -> Callable[[], Caught]:
    """A broken spec that lint must refuse or warn about by one of these codes; anything else that lint says does not count."""

    def run() -> Caught:
        for item in check(read_document(text, str(specs_folder() / "broken.yaml"))):
            if item.code in codes:
                word = "error" if item.severity is Severity.ERROR else item.severity.value
                return Caught("lint", f"{item.code} ({word}): {item.message}")
        return Caught("nothing", "lint says nothing of it")

    return run


def planted(
    name: str, plant: Callable[[], AbstractContextManager[None]], why_not: str = "the certificate proves the step"
) -> Callable[[], Caught]:
    """The step of a bundled method, made small, with a fault in its machinery."""

    def run() -> Caught:
        method = small_method(name)
        with plant():
            try:
                traced = simulate.trace(method)
            except Exception as error:  # whatever a planted fault makes of a trace is what would stop a user
                return Caught("trace", f"{type(error).__name__}: {str(error).splitlines()[0][:140]}")
            try:
                certify(traced.step, method)
            except CertificateError as error:
                return Caught("certificate", str(error).splitlines()[1].strip().removeprefix("- "))
        return Caught("nothing", why_not)

    return run


def impossible(fact: Callable[[], str | None]) -> Callable[[], Caught]:
    """A fact of the step that rules the defect out: it is computed, and None if it does not hold."""

    def run() -> Caught:
        found = fact()
        return Caught("nothing", "the fact does not hold") if found is None else Caught("construction", found)

    return run


def nothing(reason: str) -> Callable[[], Caught]:
    return lambda: Caught("nothing", reason)


def small_method(name: str) -> Method:
    """A bundled method at the sizes of the study."""
    method, problems = understood(shrunk(flattened(name, "digits")))
    assert method is not None, problems
    return method
