// They kill processes and measure seconds: two at once would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
