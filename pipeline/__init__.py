"""What runs when and where: manifest, plan, executors, reports and the command line."""
