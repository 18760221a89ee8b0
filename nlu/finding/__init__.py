"""Finding: which entry of the registry answers a message, or that none does.

A message and all entries are brought into one space, in which a question lies near the entry that answers it, however
it is worded and in whatever script (`embedding`, `index`). What else speaks for an entry is weighed with it
(`evidence`), and whether the best is sure enough to be told is decided on its probability (`finder`). `learning` and
`measuring` need Rasa's environment; all else runs in the bot's process, over plain NumPy.
"""
