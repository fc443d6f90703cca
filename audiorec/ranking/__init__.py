"""Models to lists: signals, their combination, reasons, diversity."""
