"""Which survey tool or program wrote a file, and which of its columns describe the submission."""

from __future__ import annotations

from collections.abc import Sequence

from service.file_reader.vocabulary import Preset, plain_name, presets

SPSS = "SPSS"
_REDCAP_STATUS = "_complete"


def recognise(names: Sequence[str], program: str | None = None) -> Preset | None:
    """Recognise the tool by the names of the columns it adds.

    Parameters
    ----------
    names
        The columns' names.
    program
        The statistics program, where the file's format says it.
    """
    if program is not None:
        return Preset(name=program, signs=frozenset(), minimum=0, metadata=frozenset(), endings=())
    plain = {plain_name(name) for name in names}
    for preset in presets():
        n_signs = len(plain & preset.signs)
        if preset.name == "REDCap" and n_signs == 1:
            n_signs += any(name.endswith(_REDCAP_STATUS) or name == "complete" for name in plain)
        if n_signs >= preset.minimum:
            return preset
    return None


def describes_submission(name: str, preset: Preset | None) -> bool:
    """Whether a tool adds this column to say something of the submission itself."""
    if preset is None:
        return False
    plain = plain_name(name)
    return plain in preset.metadata or plain.endswith(preset.endings or ("\0",))
