"""Whether an instrument measures the same in several groups, and what may then be compared.

Groups are of different persons (``groups``) or occasions of the same ones (``occasions``), and
stand in one model accordingly (``placement``).

Steps of the ladder become parameter tables in ``identification``, are fitted in ``ladder`` to the
answers as ``evidence`` holds them, judged in ``tenability`` with the ``power`` there was to see a
departure and the ``exclusion`` of one in any single item; ``partial`` looks for the items that
differ and ``effects`` says by how much. ``comparison`` is the gate: the only place from which means
of groups come.
"""
