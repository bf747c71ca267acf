"""`qnn explore`: frame rates against resources on many devices, as tables, JSON and plots."""
