"""What stands in the way."""


class Problem(Exception):
    """This model cannot be optimised as it was asked for; the message is a clause for people."""


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:400]
