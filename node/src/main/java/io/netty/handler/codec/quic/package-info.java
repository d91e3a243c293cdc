/** Netty's package, with one class of ours in it: it calls what Netty's QUIC keeps to itself (docs/adr/0032). May use Netty only. */
@NullMarked
package io.netty.handler.codec.quic;

import org.jspecify.annotations.NullMarked;
