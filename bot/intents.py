"""What a person may want, by kind; the names are those of the training messages."""

from __future__ import annotations

QUESTIONS = frozenset(
    {
        "ask_definition",
        "ask_status",
        "ask_conditions",
        "ask_deadline",
        "ask_documents",
        "ask_procedure",
        "ask_benefit",
        "ask_cost",
        "ask_arrears",
        "ask_duration",
        "ask_coverage",
        "ask_reimbursement",
        "ask_effects",
        "ask_location",
        "ask_responsible",
        "ask_selection",
        "ask_figures",
    }
)

REQUESTS = frozenset(
    {
        "apply",
        "check_application",
        "check_registration",
        "update_record",
        "withdraw",
        "correct_answer",
        "cancel",
        "resume",
        "skip",
        "complain",
        "suggest",
        "request_human",
        "subscribe_reminders",
        "unsubscribe_reminders",
        "show_my_data",
        "delete_my_data",
        "change_language",
    }
)

TOLD_REQUESTS = frozenset({"withdraw", "update_record", "complain", "check_registration", "apply"})
"""Requests on which the knowledge has something to say besides what is done about them."""
