"""Every transcript in this folder, held with a running installation."""

from pathlib import Path

import pytest
from transcripts import play, read_transcripts

CONVERSATIONS = [
    pytest.param(conversation, id=f"{path.stem}: {conversation.name}")
    for path in sorted(Path(__file__).parent.glob("*.txt"))
    for conversation in read_transcripts(path)
]


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_conversation(conversation, installation, new_person):
    play(conversation, installation, new_person())
