"""What stands in the way."""

import errno


class Problem(Exception):
    """This model cannot be optimised as it was asked for; the message is a clause for people."""


_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOMEM, errno.EROFS)


def one_line(error: Exception) -> str:
    """What a library says of a model; what it says of the machine (a full disk, no memory) is raised again: no model is to blame."""
    if isinstance(error, MemoryError) or getattr(error, "errno", None) in _MACHINE or "No space left" in str(error):
        raise error
    return " ".join(str(error).split())[:400]
