"""What every part stands on: settings, time, limits, errors, logging. Knows nothing of certificates."""
