import json

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.entities.component import EntityExtractor


@pytest.fixture
def arguments(tmp_path):
    storage = LocalModelStorage.create(tmp_path)
    return {}, storage, Resource("entities"), ExecutionContext(GraphSchema({}), "test")


def test_a_trained_model_carries_its_lists(arguments, monkeypatch):
    EntityExtractor.create(*arguments).train(TrainingData())
    monkeypatch.setattr("nlu.entities.component.read_lookups", lambda: pytest.fail("read at parse time"))
    message = Message.build("ana khiyat mn khenifra, 1500 dh ghedda")
    message.set("entities", [{"entity": "topic", "value": "amo"}])
    EntityExtractor.load(*arguments).process([message])
    found = message.as_dict_nlu()["entities"]
    assert [entity["entity"] for entity in found] == ["topic", "trade", "province", "amount", "date"]
    assert found[2] == {
        "entity": "province",
        "value": "Khénifra",
        "start": 14,
        "end": 22,
        "text": "khenifra",
        "extractor": "EntityExtractor",
    }
    json.dumps(found)


def test_a_message_without_text_has_no_entities(arguments):
    extractor = EntityExtractor.create(*arguments)
    extractor.train(TrainingData())
    assert extractor.process([Message({})])[0].get("entities") == []


def test_an_untrained_extractor_says_so(arguments):
    with pytest.raises(RuntimeError):
        EntityExtractor.create(*arguments).process([Message.build("fes")])


def test_a_change_of_the_lists_makes_a_new_model(monkeypatch):
    before = EntityExtractor.fingerprint_addon({})
    monkeypatch.setattr("nlu.entities.component.read_lookups", lambda: {"places": {}})
    assert EntityExtractor.fingerprint_addon({}) != before
