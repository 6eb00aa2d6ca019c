"""Reads English: sentences, words, numbers, dates, units, negation, antonyms. Knows no ledger.

Imports: worlds.facts.

Names to know: `tokens.tokens_of`, `sentences.sentences_of`, `quantities.quantities_of`, `negation.negated`,
`ledger_stems.bag`.
"""
