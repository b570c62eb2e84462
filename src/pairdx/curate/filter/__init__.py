"""The cohort: adults, modalities, licences, the six classes."""
