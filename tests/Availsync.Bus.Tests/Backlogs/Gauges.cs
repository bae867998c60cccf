using System.Diagnostics.Metrics;

namespace Availsync.Bus.Tests.Backlogs;

/// <summary>Scrapes what is shown by instruments that are looked at.</summary>
internal static class Gauges
{
    /// <summary>By name; those that show nothing are not among them.</summary>
    public static Dictionary<string, double> Of(IMeterFactory meters, string prefix)
    {
        var shown = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name.StartsWith(prefix, StringComparison.Ordinal))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => shown.Add(instrument.Name, value));
        listener.Start();
        listener.RecordObservableInstruments();
        return shown;
    }
}
