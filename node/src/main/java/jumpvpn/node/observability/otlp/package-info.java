/**
 * OpenTelemetry's protocol over HTTP (OTLP 1.x, binary protobuf): events as logs, reattaches as traces, figures as metrics. May use {@code core.observability} and {@code
 * node.observability}; knows no other adapter.
 */
@NullMarked
package jumpvpn.node.observability.otlp;

import org.jspecify.annotations.NullMarked;
