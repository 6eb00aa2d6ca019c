"""Reads English: sentences, words, numbers, dates, units, negation, antonyms. Knows no ledger.

Imports: worlds.facts.

Dates and quantities are read and compared here (`dates.Date.agrees` says whether two days are the same); `facts` then
holds what was read against a statement.

Names to know: `tokens.tokens_of`, `sentences.sentences_of`, `dates.Date`, `quantities.quantities_of`,
`negation.negated`, `ledger_stems.bag`.
"""
