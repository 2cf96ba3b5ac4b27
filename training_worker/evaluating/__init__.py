"""What a single figure hides: how a model does on parts of the exam, when it is sure, and beside a plain one."""
