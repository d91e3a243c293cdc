/** Figures for Prometheus and whoever reads its formats. May use {@code node.observability}; knows no other adapter. */
@NullMarked
package jumpvpn.node.observability.prometheus;

import org.jspecify.annotations.NullMarked;
