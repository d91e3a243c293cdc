/**
 * What all outlets of events share: the bounded queue and the thread of one ({@link jumpvpn.node.observability.Sink}), the port of what writes them elsewhere ({@link
 * jumpvpn.node.observability.Exporter}), figures for monitoring ({@link jumpvpn.node.observability.Metric}), and HTTP. May use {@code core.observability} and what that
 * may use; knows none of the adapters in its subpackages.
 */
@NullMarked
package jumpvpn.node.observability;

import org.jspecify.annotations.NullMarked;
