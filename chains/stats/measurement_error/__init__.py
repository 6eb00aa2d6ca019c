"""How wrong an instrument is, and figures corrected for it.

Imports: fates, fit, paired.

Names to know: `correction.ErrorRates`, `confusion.Confusion`, `krippendorff_alpha.alpha`,
`corrected_retention.Corrected`.
"""
