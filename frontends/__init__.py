"""From the files of training frameworks to the IR."""
