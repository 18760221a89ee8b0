"""What an error of Twilio means for the message that was being sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx
from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from bot.errors import Ambiguous, ChannelDown, NotSent, Rejected, SendError, Throttled, Unreachable, WindowClosed

MINUTE, HOUR = 60.0, 3600.0

OUTCOMES: Mapping[int, type[SendError] | float] = {
    # A number: the message was not taken, and may be tried again after so many seconds.
    20429: 1.0,  # too many requests at once
    63017: 1.0,  # the account's messages a second
    63018: 5.0,  # the sender's messages a second; where the text speaks of the daily limit, an hour
    63038: HOUR,  # the account's messages a day
    20503: 30.0,  # service unavailable
    30001: MINUTE,  # queue full
    63009: 30.0,  # WhatsApp answered with an error
    63010: 30.0,  # WhatsApp's own error
    63012: 30.0,  # WhatsApp is unavailable
    # The person cannot be reached at this address.
    21211: Unreachable,  # no such number
    21610: Unreachable,  # opted out at Twilio
    21614: Unreachable,  # not a mobile number
    30003: Unreachable,  # handset unreachable
    30005: Unreachable,  # unknown handset
    30006: Unreachable,  # landline or carrier that cannot be reached
    63003: Unreachable,  # no WhatsApp at this number
    63014: Unreachable,  # blocked by the person
    63015: Unreachable,  # has not joined the sandbox; others have
    63024: Unreachable,  # recipient not valid
    63033: Unreachable,  # recipient's app no longer supported
    # Outside the 24-hour window.
    63016: WindowClosed,
    # The account itself cannot send: a person has to look at it.
    20003: ChannelDown,  # credentials refused
    20404: ChannelDown,  # no such account
    21606: ChannelDown,  # the sender is not ours
    21703: ChannelDown,  # messaging service without senders
    21704: ChannelDown,  # messaging service cannot send this
    21910: ChannelDown,  # sender and recipient on different channels
    63001: ChannelDown,  # credentials of the channel refused
    63007: ChannelDown,  # no such sender on the channel
    63008: ChannelDown,  # sender wrongly configured
    63020: ChannelDown,  # Meta has not let Twilio in
    63051: ChannelDown,  # business account restricted
    63059: ChannelDown,  # sender wrongly configured
    # This message as it is: content, template, media.
    21617: Rejected,  # too long
    21620: Rejected,  # media URL
    21623: Rejected,  # too many media
    21655: Rejected,  # no such content
    21656: Rejected,  # variables of the content
    63005: Rejected,  # content not accepted
    63013: Rejected,  # against WhatsApp's policy
    63019: Rejected,  # media cannot be fetched
    63021: Rejected,  # content not valid
    63027: Rejected,  # no such template in this language
    63028: Rejected,  # number of parameters
    63030: Rejected,  # parameter not supported
    63034: Rejected,  # media type
    63040: Rejected,  # template rejected
    63041: Rejected,  # template paused
    63042: Rejected,  # template disabled
    30007: Rejected,  # filtered
    30008: Rejected,  # unknown
    63032: Rejected,  # Meta limits messages to this person
    63049: Rejected,  # Meta chose not to deliver
    63062: Rejected,  # terms of marketing messages
}
"""By Twilio's error code (twilio.com/docs/api/errors); what is not here is `Rejected`."""

NO_SUCH_CONTENT = "21655"

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_DAILY = re.compile(r"daily|messaging limit|24.?h", re.IGNORECASE)


def sort_error(error: Exception) -> SendError:
    """The error that tells the sender what to do.

    Twilio's own words are left out of the reason: they repeat the recipient's number.

    Args:
        error: what Twilio's library or httpx raised; a ValueError is an answer that could not be read.
    """
    if isinstance(error, _NEVER_LEFT):
        return NotSent(f"Twilio cannot be reached: {type(error).__name__}")
    if not isinstance(error, TwilioRestException | TwilioServiceException):
        return Ambiguous(f"no answer of Twilio: {type(error).__name__}")
    # The library fills in the HTTP status where the answer has no code of its own.
    code = error.code if error.code != error.status else None
    reason = f"HTTP {error.status}, code {code}"
    if error.status >= 500:
        return Ambiguous(reason, str(code) if code else str(error.status))
    outcome = OUTCOMES.get(code or 0) or _sort_status(error.status)
    if not isinstance(outcome, float):
        return outcome(reason, str(code or error.status))
    wait = HOUR if code == 63018 and _DAILY.search(_words(error)) else outcome
    return Throttled(reason, wait, str(code or error.status))


def _sort_status(status: int) -> type[SendError] | float:
    match status:
        case 429:
            return 1.0
        case 401:
            return ChannelDown
        case _:
            return Rejected


def _words(error: TwilioRestException | TwilioServiceException) -> str:
    return str(error.msg if isinstance(error, TwilioRestException) else error.detail)


def find_retry(code: str | None) -> float | None:
    """Seconds after which to try again where a code of a status report says that the failure is one of now only."""
    outcome = OUTCOMES.get(int(code)) if code and code.isdecimal() else None
    return outcome if isinstance(outcome, float) else None


def means_unreachable(code: str | None) -> bool:
    """Whether a code of a status report says that the address takes no more messages."""
    return code is not None and code.isdecimal() and OUTCOMES.get(int(code)) is Unreachable
