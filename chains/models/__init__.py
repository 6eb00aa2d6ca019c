"""Where replies come from: endpoints, the embedded model, the synthetic channel."""
