"""What people see when a part of the installation is gone, with both processes for real."""

import sqlite3

import httpx


def read_replies(installation, person, after):
    """The bot's lines of a conversation above `after`, as soon as there are any."""
    answer = httpx.get(
        f"{installation.base_url}/simulator/messages",
        params={"account": "telegram", "person": person, "after": after, "wait": 25},
        timeout=40,
    ).json()
    return [message["text"] for message in answer["messages"] if message["from"] == "bot"]


def test_rasa_is_down_and_comes_back(fresh_installation):
    fresh_installation.say("nadia", text="salam")
    fresh_installation.stop("rasa")

    apology = fresh_installation.say("nadia", text="شنو هو برنامج أوراش؟")

    assert apology["intent"] is None
    assert "محفوظ" in apology["replies"][0]["text"] or "مسجل" in apology["replies"][0]["text"]
    seen = len(read_all(fresh_installation, "nadia"))

    fresh_installation.start_rasa()
    fresh_installation.wait_until_ready()

    assert any("أوراش" in text for text in read_replies(fresh_installation, "nadia", seen))
    database = sqlite3.connect(fresh_installation.home / "awrach.db")
    assert database.execute("SELECT count(*) FROM inbox WHERE state != 'done'").fetchone() == (0,)
    assert database.execute("SELECT count(*) FROM staff_requests WHERE resolved_at IS NULL").fetchone() == (0,)


def test_the_bot_is_killed_while_a_message_waits(fresh_installation):
    fresh_installation.stop("rasa")
    fresh_installation.say("karim", text="شنو هي أمو؟")
    fresh_installation.processes["bot"].kill()
    fresh_installation.processes.pop("bot").wait(10)

    fresh_installation.start_rasa()
    fresh_installation.start_bot()
    fresh_installation.wait_until_ready()

    assert len(read_replies(fresh_installation, "karim", 0)) >= 1
    database = sqlite3.connect(fresh_installation.home / "awrach.db")
    assert database.execute("SELECT state, attempts FROM inbox").fetchall()[0][0] == "done"
    sent = database.execute("SELECT purpose, count(*) FROM outbox WHERE part = 0 GROUP BY purpose").fetchall()
    assert dict(sent) == {"apology": 1, "reply": 1}


def test_no_log_holds_what_people_wrote(fresh_installation):
    fresh_installation.say("fatima", text="smiti Fatima Zahra w nmra dyali 0600000007 w lakart AB123456")
    fresh_installation.say("fatima", "whatsapp", phone="+212600000007", text="wach ana mqeyda f sijil?")

    logs = "".join(path.read_text() for path in fresh_installation.home.glob("*.log"))

    for secret in ("0600000007", "+212600000007", "AB123456", "Fatima", fresh_installation.token):
        assert secret not in logs


def test_nothing_of_the_conversation_is_left_in_rasa_after_erasure(fresh_installation):
    fresh_installation.say("aicha", text="شنو هي أمو؟")
    trackers = sqlite3.connect(fresh_installation.home / "trackers.db")
    assert trackers.execute("SELECT count(*) FROM trackers").fetchone() == (1,)

    fresh_installation.say("aicha", text="mse7 ma3loumati")
    fresh_installation.say("aicha", text="ah")

    assert trackers.execute("SELECT count(*) FROM trackers").fetchone() == (0,)


def read_all(installation, person):
    answer = httpx.get(
        f"{installation.base_url}/simulator/messages", params={"account": "telegram", "person": person}, timeout=10
    ).json()
    return answer["messages"]
