package peer;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;

/** A real Eureka server, for as long as its input lasts. */
@SpringBootApplication
@EnableEurekaServer
public class Server {
  public static void main(String[] args) throws Exception {
    try (var context = new SpringApplicationBuilder(Server.class).run(args)) {
      System.out.println("ready " + ((ServletWebServerApplicationContext) context).getWebServer().getPort());
      while (System.in.read() >= 0) {}
    }
  }
}
