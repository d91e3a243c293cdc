package jumpvpn.node.transport.tcp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import jumpvpn.node.transport.Dialer;

/** What both ends set alike; public for the benchmark that has the library without the adapter. */
public final class TcpSettings {
    /** The application protocol (ALPN, RFC 7301). */
    static final String PROTOCOL = "jumpvpn/1";

    /** Plaintext bytes of one write, one TLS record at most. */
    static final int CHUNK_BYTES = 16 << 10;

    /** Bytes that the kernel is given at a time at most, before it is asked again. */
    static final int MOST_BYTES = 4 * CHUNK_BYTES;

    /** Bytes that the kernel may have unsent at least: what two packets hold, with what TLS adds to a record. */
    static final int LEAST_BYTES = 2 * 1448 - 22;

    private TcpSettings() {}

    /** TLS 1.3 by BoringSSL, or by the JDK where that does not load. */
    public static SslContextBuilder tls(SslContextBuilder builder) {
        return builder.sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        PROTOCOL));
    }

    /** Nothing is held back; the kernel closes a connection that is not acknowledged. */
    static void tune(Channel channel) {
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, Dialer.UNANSWERED_MILLIS);
    }
}
