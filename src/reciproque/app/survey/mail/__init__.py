"""Mails of the survey: the outbox as a queue, what each letter says in both languages, and the mail server.

Words: a letter is the text for one person; the outbox holds who gets which letter, never its text nor its link.
"""
