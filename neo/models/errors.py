"""What can go wrong with a model's files. Each says the rule broken, the values and the remedy."""

from __future__ import annotations

from neo.errors import BadInput, Unavailable


class ModelUnknown(BadInput):
    """A name that is in no list: neither packaged with Neo nor known to the embedding library."""


class ModelMissing(Unavailable):
    """A known model whose files are not in the folder yet."""


class ModelCorrupt(Unavailable):
    """A file in the folder whose content is not the pinned one."""


class ModelUnavailable(Unavailable):
    """No source could hand over the pinned file: network, registry, disk or a changed upload."""
