import CoreMetrics

/// The registry as a backend of swift-metrics, for the parts that count through it.
///
/// Timers and recorders become histograms, timers in seconds; meters become gauges.
extension MetricsRegistry: MetricsFactory {
    private func labels(_ dimensions: [(String, String)]) -> Labels { dimensions.map { (name: $0.0, value: $0.1) } }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, labels(dimensions))
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { counter(label, labels(dimensions)) }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, labels(dimensions))
    }

    /// - Parameter aggregate: False: only the last value counts, as of a gauge.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return histogram(label, labels(dimensions)) }
        return gauge(label, labels(dimensions))
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, labels(dimensions))
    }

    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }

    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }

    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func remove(_ handler: AnyObject) {
        remove { series in
            switch series {
            case .counter(let counter): counter === handler
            case .gauge(let gauge): gauge === handler
            case .histogram(let histogram): histogram === handler
            }
        }
    }
}

extension CounterSeries: CounterHandler, FloatingPointCounterHandler {
    public func increment(by amount: Int64) { add(Double(amount)) }

    public func increment(by amount: Double) { add(amount) }
}

extension GaugeSeries: MeterHandler, RecorderHandler {
    // Disfavored, so that a literal means the other one.
    @_disfavoredOverload
    public func set(_ value: Int64) { set(Double(value)) }

    public func increment(by amount: Double) { add(amount) }

    public func decrement(by amount: Double) { add(-amount) }

    public func record(_ value: Int64) { set(Double(value)) }

    public func record(_ value: Double) { set(value) }
}

extension HistogramSeries: TimerHandler, RecorderHandler {
    public func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1e9) }

    public func record(_ value: Int64) { observe(Double(value)) }

    public func record(_ value: Double) { observe(value) }
}
