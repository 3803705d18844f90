"""What `./dev check` uses to judge this repository; none of it is shipped."""
