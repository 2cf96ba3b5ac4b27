"""What ``mtw up`` starts and watches: the embedded broker, one worker, the web application."""
