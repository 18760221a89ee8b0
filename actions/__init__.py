"""Rasa's custom actions: thin, they read slots, ask the registry and answer with texts and events."""

from actions.answers import AnswerAction, ClarifyAction
from actions.applications import (
    CheckApplicationAction,
    CloseAction,
    LeaveAction,
    OpenAction,
    ReceiveDocumentAction,
    ResumeAction,
    SkipAction,
)
from actions.corrections import CorrectAction
from actions.form import AskAction, ValidateAction
from actions.personal_data import DeleteDataAction, ShowDataAction, SubscribeAction, UnsubscribeAction
from actions.registration import CheckRegistrationAction, UpdateRecordAction
from actions.session import SessionStartAction
from actions.talk import ChangeLanguageAction, ComplainAction, RequestHumanAction, SayAction, SuggestAction
from actions.turn import RegistryAction
from actions.withdrawal import WithdrawAction

ACTIONS: tuple[type[RegistryAction], ...] = (
    AnswerAction,
    AskAction,
    ChangeLanguageAction,
    CheckApplicationAction,
    CheckRegistrationAction,
    ClarifyAction,
    CloseAction,
    ComplainAction,
    CorrectAction,
    DeleteDataAction,
    LeaveAction,
    OpenAction,
    ReceiveDocumentAction,
    RequestHumanAction,
    ResumeAction,
    SayAction,
    SessionStartAction,
    ShowDataAction,
    SkipAction,
    SubscribeAction,
    SuggestAction,
    UnsubscribeAction,
    UpdateRecordAction,
    ValidateAction,
    WithdrawAction,
)

__all__ = ["ACTIONS"]
