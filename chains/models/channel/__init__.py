"""The synthetic channel: replies without a model, with a known truth planted in them.

Imports: provider, worlds.

Names to know: `channel.Channel`, `channel.parse_channel`, `rates.ChannelRates`, `codebook.codebook`.
"""
