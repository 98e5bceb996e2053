# Writes placed marks (canvas.py) with Prawn.  usage: place.rb JOB.json OUT.pdf
require "json"
require "prawn"
job = JSON.parse(File.read(ARGV[0]))
Prawn::Document.generate(ARGV[1], page_size: "A4", margin: 0) do |pdf|
  pdf.font(job["file"])
  job["pages"].each_with_index do |marks, i|
    pdf.start_new_page if i > 0
    marks.each do |m|
      if m[0] == "text"
        pdf.draw_text(m[4], at: [m[1], m[2]], size: m[3])
      else
        pdf.line_width(m[5])
        pdf.stroke_line([m[1], m[2]], [m[3], m[4]])
      end
    end
  end
end
