"""A small finder for tests: the real one, over an embedding that nothing was learned for.

The vectors of the features are drawn by lot, so that cosines in the space are about those of the features themselves.
"""

from collections import Counter

import numpy as np
import yaml
from backends import DATA

from nlu.features import VIEWS
from nlu.finding.embedding import VIEWS_LEFT_OUT, Embedding, Reader
from nlu.vocabulary import Vocabulary

DIMENSIONS = 512


def make_embedding(texts=None):
    """An embedding that knows the features of the texts; without any, of the test data."""
    reader = Reader()
    texts = list_test_texts() if texts is None else texts
    read = [reader.read(text) for text in texts]
    terms, weights = {}, []
    for view in VIEWS:
        if view not in VIEWS_LEFT_OUT:
            counts = Counter(term for text in read for term in set(text[view]))
            terms[view] = sorted(counts)
            weights += [np.log((1 + len(read)) / (1 + counts[term])) + 1 for term in terms[view]]
    matrix = np.random.default_rng(0).normal(size=(len(weights), DIMENSIONS)) / np.sqrt(DIMENSIONS)
    return Embedding(Vocabulary(terms, np.array(weights, dtype=np.float32)), matrix.astype(np.float16), reader)


def list_test_texts():
    """All texts and questions of the test data."""
    contents = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((DATA / "knowledge").glob("*.yml"))]
    return [text for content in contents for text in list_strings(content)]


def list_strings(content):
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from list_strings(part)
