"""Duet's command line: `python run_pipeline.py --help`."""

if __name__ == "__main__":  # worker processes import this file too, and need nothing of it
    from pipeline.cli import main

    main()
