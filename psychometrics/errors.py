"""What can go wrong in the engine.

::

    PsychometricsError
    ├── InstrumentError      a definition contradicts itself
    ├── ResponsesError       answers do not fit the instrument or the analysis
    ├── OptionError          an analysis option has no meaning for this instrument or sample
    └── EstimationError      a quantity cannot be estimated from these answers

    DeclarationError         a result's class does not say all it must; found when it is first read

A message names the argument, the rule broken and what to do; it never contains a person's answer
or identifier.
"""

from __future__ import annotations


class PsychometricsError(Exception):
    """Root of the engine's errors."""


class InstrumentError(PsychometricsError):
    """A definition contradicts itself.

    Parameters
    ----------
    pointer
        Where in the definition (RFC 6901 JSON pointer), for example ``/subscales/goal/2``.
    detail
        The rule broken.
    """

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer}: {detail}")
        self.pointer = pointer
        self.detail = detail


class ResponsesError(PsychometricsError):
    """Answers do not fit the instrument or the analysis."""


class OptionError(PsychometricsError):
    """An analysis option has no meaning for this instrument or sample.

    Parameters
    ----------
    option
        Name of the option, for example ``models`` or ``models/1``.
    detail
        What is wrong with it, and what would be right.
    """

    def __init__(self, option: str, detail: str) -> None:
        super().__init__(f"{option}: {detail}")
        self.option = option
        self.detail = detail


class EstimationError(PsychometricsError):
    """A quantity cannot be estimated from these answers.

    Parameters
    ----------
    step
        The step that failed, in the field's words, for example ``polychoric correlations``.
    reason
        Why, and what is needed.
    """

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


class DeclarationError(TypeError):
    """A declared class lacks something that is derived from it: a mistake in the code.

    Parameters
    ----------
    where
        The class and its field.
    reason
        What it lacks.
    """

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason
