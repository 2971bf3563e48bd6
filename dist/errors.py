"""What can be wrong with a model."""


class ModelError(Exception):
    """The model cannot be served; the message is for people."""


class NotFiniteError(ModelError):
    """An output is NaN or infinite, which JSON cannot carry."""
