"""What has to be done: tasks, their keys, and how a manifest becomes a graph of them."""
