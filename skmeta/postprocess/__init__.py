"""Post-processing: transformations of word vectors."""

from skmeta.postprocess._center import center
from skmeta.postprocess._normalize import normalize
from skmeta.postprocess._remove_components import remove_components
from skmeta.postprocess._retrofit import retrofit

__all__ = ["center", "normalize", "remove_components", "retrofit"]
