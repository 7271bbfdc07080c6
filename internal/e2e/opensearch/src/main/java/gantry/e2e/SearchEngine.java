package gantry.e2e;

import java.io.PrintStream;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * Runs one OpenSearch node on loopback until its standard input closes, so that it never outlives the
 * process that started it. Arguments: the HTTP port and an empty directory for its data.
 */
public final class SearchEngine {
    private SearchEngine() {}

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: SearchEngine PORT DIRECTORY");
            System.exit(2);
        }
        // The runner's logging takes System.out over.
        PrintStream out = System.out;
        int port = Integer.parseInt(args[0]);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("http.port", port);
            settings.put("http.host", "127.0.0.1");
            settings.put("transport.host", "127.0.0.1");
            settings.put("discovery.type", "single-node");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
        }).build(OpenSearchRunner.newConfigs()
                .clusterName("gantry-e2e")
                .numOfNode(1)
                .basePath(args[1])
                .useLogger());
        runner.ensureYellow();
        out.println("ready http://127.0.0.1:" + port);
        out.flush();
        while (System.in.read() >= 0) {
            // Only the end of the input means anything.
        }
        runner.close();
        System.exit(0);
    }
}
