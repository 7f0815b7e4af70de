"""Speed and memory of the backends, each in its worker process: `make bench`. Cases are data; answers are checked."""
