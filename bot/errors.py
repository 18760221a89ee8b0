"""Everything that can go wrong, in one tree.

AwrachError
├── SettingsError
├── DialogueUnavailable
├── MediaUnavailable
├── Unreadable
├── PayloadRejected
│   └── SignatureRejected
└── SendError
    ├── NotSent
    │   └── Throttled
    ├── Ambiguous
    ├── Rejected
    ├── WindowClosed
    ├── Unreachable
    └── ChannelDown
"""

from __future__ import annotations

import traceback


class AwrachError(Exception):
    """Root of all errors that this project raises."""


class SettingsError(AwrachError):
    """When the settings, the model or the machine do not allow a start; the text says what to do."""


class DialogueUnavailable(AwrachError):
    """When Rasa or the action endpoint did not give an answer; the message is kept and tried again."""


class MediaUnavailable(AwrachError):
    """When an attachment cannot be fetched, is too large or of a kind that is not accepted."""


class Unreadable(AwrachError):
    """When something in the registry cannot be read any more: no key fits it, or it is not what was written."""


class PayloadRejected(AwrachError):
    """When a webhook call is not a message that the channel could have sent."""


class SignatureRejected(PayloadRejected):
    """When a webhook call does not prove that it comes from the provider."""


class SendError(AwrachError):
    """When a part of a reply did not reach the provider as intended.

    Args:
        reason: what the provider said, without personal data.
        code: the provider's own error code, where it gives one.
    """

    def __init__(self, reason: str, code: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class NotSent(SendError):
    """When the provider certainly did not take the message: trying again is safe."""


class Throttled(NotSent):
    """When the provider asks to slow down.

    Args:
        retry_after: seconds to wait before the next try.
    """

    def __init__(self, reason: str, retry_after: float, code: str | None = None) -> None:
        super().__init__(reason, code)
        self.retry_after = retry_after


class Ambiguous(SendError):
    """When the message may or may not have gone out (a time-out, a 5xx): it is never sent again by itself."""


class Rejected(SendError):
    """When the provider refuses this message as it is: trying again is of no use."""


class WindowClosed(Rejected):
    """When WhatsApp's 24-hour window is closed and only an approved template may be sent."""


class Unreachable(SendError):
    """When the person blocked the assistant, left, or the address no longer exists."""


class ChannelDown(SendError):
    """When the account itself cannot send (token revoked, sender suspended): the channel waits for a person."""


def locate(error: BaseException) -> str:
    """Kind and place of an error that nobody foresaw, for a log.

    Its text is left out: libraries put into it what they could not read, and that is what people wrote.
    """
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = [f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in reversed(frames)]
    return " < ".join([type(error).__name__, *places])
